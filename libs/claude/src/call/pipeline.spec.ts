import type { Call } from './call.js';
import { buildPipeline, STAGE_ORDER, type StageInsertion } from './pipeline.js';
import type { Stage } from './stage.js';

const CALL = {} as Call;

function tracer(): { seen: string[]; stage: (name: string) => Stage } {
  const seen: string[] = [];
  const stage =
    (name: string): Stage =>
    async (call, next) => {
      seen.push(`${name}>`);
      const answer = await next(call);
      seen.push(`<${name}`);
      return answer;
    };
  return { seen, stage };
}

describe('pipeline', () => {
  it('runs our stages in the order of the list, the first outermost', async () => {
    const { seen, stage } = tracer();
    const send = async (): Promise<Response> => {
      seen.push('send');
      return new Response();
    };
    await buildPipeline({ retry: stage('retry'), circuit: stage('circuit'), send }, [])(CALL);
    expect(seen).toEqual(['retry>', 'circuit>', 'send', '<circuit', '<retry']);
  });

  it('puts stages of the user before and after every place, also where a place is empty', async () => {
    const { seen, stage } = tracer();
    const insertions: StageInsertion[] = [
      { before: 'admit', use: stage('before-admit') },
      { after: 'retry', use: stage('after-retry') },
      { before: 'sanitize', use: stage('first') },
      { before: 'send', use: stage('last') },
    ];
    await buildPipeline({ retry: stage('retry'), send: async () => new Response() }, insertions)(CALL);
    expect(seen.filter((entry) => entry.endsWith('>'))).toEqual([
      'first>',
      'retry>',
      'after-retry>',
      'before-admit>',
      'last>',
    ]);
  });

  it('keeps the order in which stages for one place were given', async () => {
    const { seen, stage } = tracer();
    const insertions = ['a', 'b'].map((name) => ({ before: 'send' as const, use: stage(name) }));
    await buildPipeline({ send: async () => new Response() }, insertions)(CALL);
    expect(seen.slice(0, 2)).toEqual(['a>', 'b>']);
  });

  it('lets a stage answer by itself', async () => {
    const cached = new Response('cached');
    const send = (): Promise<Response> => Promise.reject(new Error('must not be sent'));
    await expect(buildPipeline({ send }, [{ before: 'retry', use: async () => cached }])(CALL)).resolves.toBe(cached);
  });

  it('has sending last', () => {
    expect(STAGE_ORDER.at(-1)).toBe('send');
  });
});
