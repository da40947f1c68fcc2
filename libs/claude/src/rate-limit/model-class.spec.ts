import fc from 'fast-check';
import { KNOWN_MODEL_IDS } from './known-models.js';
import { isKnownModelOrClass, modelClassOf } from './model-class.js';

const knownId = fc.constantFrom(...KNOWN_MODEL_IDS);

describe('modelClassOf', () => {
  it.each([
    ['claude-fable-5', 'fable-5'],
    ['claude-fable-5-2', 'fable-5'],
    ['claude-mythos-5-1', 'mythos-5'],
    ['claude-mythos-preview', 'mythos-preview'],
    ['claude-opus-4-5-20251101', 'opus-4'],
    ['claude-opus-4-8', 'opus-4'],
    ['claude-opus-4-1', 'opus-4-1'],
    ['claude-sonnet-4-5', 'sonnet-4'],
    ['claude-sonnet-4-6', 'sonnet-4'],
    ['claude-opus-5', 'opus-5'],
    ['claude-opus-5-5', 'opus-5-5'],
    ['claude-sonnet-5', 'sonnet-5'],
    ['claude-haiku-4-5-20251001', 'haiku-4-5'],
    ['my-own-model', 'my-own-model'],
  ])('puts %s into %s', (model, modelClass) => {
    expect(modelClassOf(model)).toBe(modelClass);
    expect(modelClassOf(model, 'fast')).toBe(`${modelClass}:fast`);
  });

  it.each([
    ['anthropic.claude-opus-4-8-v1:0', 'opus-4'],
    ['us.anthropic.claude-sonnet-4-6', 'sonnet-4'],
    ['us-gov.anthropic.claude-haiku-4-5-20251001-v1:0', 'haiku-4-5'],
    ['global.anthropic.claude-opus-5-5-v1', 'opus-5-5'],
    ['claude-opus-4-5@20251101', 'opus-4'],
    ['claude-sonnet-5-5@default', 'sonnet-5-5'],
  ])('knows the model behind %s', (model, modelClass) => {
    expect(modelClassOf(model)).toBe(modelClass);
  });

  it.each([
    'anthropic.other-model-v1:0',
    'anthropic.claude-opus-4-8-v1:0:48k',
    'arn:aws:bedrock:us-east-1:1234:application-inference-profile/abc',
    'opus-4-8@20251101',
    'CLAUDE-OPUS-4-8',
    '',
  ])('leaves %s a class of its own', (model) => {
    expect(modelClassOf(model)).toBe(model);
  });

  it('gives an id the same class wherever the model is hosted', () => {
    fc.assert(
      fc.property(knownId, fc.constantFrom('', 'us.', 'eu.', 'apac.', 'us-gov.'), (id, region) => {
        const modelClass = modelClassOf(id);
        expect(modelClassOf(`${region}anthropic.${id}-v1:0`)).toBe(modelClass);
        expect(modelClassOf(`${id}@default`)).toBe(modelClass);
      }),
    );
  });
});

describe('isKnownModelOrClass', () => {
  it('knows every model, in every spelling, and its class', () => {
    fc.assert(
      fc.property(knownId, fc.constantFrom<'standard' | 'fast'>('standard', 'fast'), (id, speed) => {
        const names = [id, `us.anthropic.${id}-v1:0`, `${id}@default`, modelClassOf(id, speed)];
        expect(names.filter((name) => !isKnownModelOrClass(name))).toEqual([]);
      }),
    );
  });

  it.each(['claude-opus-4-9', 'claude-fable-5-9', 'opus-4-8', 'opus-4:slow', 'anthropic.claude-3', 'constructor', ''])(
    'does not know %p',
    (name) => {
      expect(isKnownModelOrClass(name)).toBe(false);
    },
  );
});
