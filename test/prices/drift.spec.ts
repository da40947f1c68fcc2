import { EXPLAINED, PRICE_LIST } from '../../libs/claude/src/cost/pricing/price-list.data.js';
import type { PriceList, PriceRow } from '../../libs/claude/src/cost/pricing/price-row.js';
import { differencesFromGenai, differencesFromSdk, outdated, sdkModels, unexplained } from './drift.js';

const found = (list: PriceList) => [...differencesFromSdk(list, sdkModels()), ...differencesFromGenai(list)];
const problemsOf = (list: PriceList): readonly string[] => unexplained(found(list), EXPLAINED);

/** The list with the rows of one model changed, or taken out. */
function changed(model: string, change: (row: PriceRow) => readonly PriceRow[]): PriceList {
  const rows = PRICE_LIST.rows.flatMap((row) => (row.models.includes(model) ? change(row) : [row]));
  return { ...PRICE_LIST, rows };
}

describe('the price list', () => {
  it('differs from the SDK’s models and from genai-prices in nothing that is not explained', () => {
    expect(problemsOf(PRICE_LIST)).toEqual([]);
  });

  it('explains nothing that differs no longer', () => {
    expect(outdated(found(PRICE_LIST), EXPLAINED)).toEqual([]);
  });
});

describe('the check of the price list', () => {
  it('reads the models of the SDK', () => {
    expect(sdkModels().length).toBeGreaterThanOrEqual(22);
    expect(sdkModels()).toContain('claude-opus-5-5');
  });

  it('names a model of the SDK that the list lacks', () => {
    const problems = problemsOf(changed('claude-fable-5-2', () => []));
    expect(problems).toEqual(['sdk: claude-fable-5-2: missing here: the SDK has it, the list has not']);
  });

  it('names a model that only the list has', () => {
    const misspelt = changed('claude-fable-5-2', (row) => [row, { ...row, models: ['claude-fabel-5-2'] }]);
    expect(problemsOf(misspelt)).toEqual([
      'sdk: claude-fabel-5-2: missing there: the list has it, the SDK has not',
      'genai-prices: claude-fabel-5-2: missing there: the list has it, genai-prices has not',
    ]);
  });

  it('names a price that differs, and on what day', () => {
    const dearer = changed('claude-opus-5', (row) => [
      { ...row, usdPerMillionTokens: { ...row.usdPerMillionTokens, output: 26 } },
    ]);
    expect(problemsOf(dearer)).toEqual([
      'genai-prices: claude-opus-5: output: 26 in the list and 25 in genai-prices on 2026-07-24',
    ]);
  });

  it('names prices of a long prompt that differ', () => {
    const flat = changed('claude-sonnet-4-5', ({ models, effectiveFrom, usdPerMillionTokens }) => [
      { models, effectiveFrom, usdPerMillionTokens },
    ]);
    expect(problemsOf(flat)).toEqual(
      ['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'].map(
        (model) =>
          `genai-prices: ${model}: abovePromptTokens: undefined in the list and [200000,6,7.5,12,0.6,22.5] in genai-prices on 2025-09-29`,
      ),
    );
  });

  it('names a price of searches that differs, for every model that genai-prices has', () => {
    const problems = problemsOf({ ...PRICE_LIST, webSearchUsd: 0.02 });
    expect(problems).toContain(
      'genai-prices: claude-opus-5-5: webSearchUsd: 20 in the list and 10 in genai-prices on 2026-09-22',
    );
  });

  it('names an explanation of what differs no longer', () => {
    const stale = { source: 'sdk', model: 'claude-opus-5', what: 'missing here', why: 'it was new' } as const;
    expect(outdated(found(PRICE_LIST), [...EXPLAINED, stale])).toEqual([
      'sdk: claude-opus-5: missing here: explained by "it was new", and no longer so',
    ]);
  });
});
