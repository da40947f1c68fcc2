import fc from 'fast-check';

/** Parts of a request as JSON, of which a test does not care whether the SDK's types have them. */
type Json = Readonly<Record<string, unknown>>;

/** Any request that hangs together, and some that do not. */
export type AnyRequest = Json & {
  readonly model: string;
  readonly max_tokens: number;
  readonly messages: readonly Json[];
};

const MODELS = ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-sonnet-5', 'claude-haiku-5-5', 'claude-opus-4-5'];

const text = fc.oneof(
  fc.constantFrom('classify this', 'translate it', 'one', 'a phone', 'prove it', '你好', 'x'.repeat(400)),
  fc.string({ minLength: 1, maxLength: 60 }),
);

const control = fc.oneof(
  { weight: 60, arbitrary: fc.constant<Json>({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Json>(
      { cache_control: { type: 'ephemeral' } },
      { cache_control: { type: 'ephemeral', ttl: '1h' } },
      { cache_control: null },
    ),
  },
);

const textBlock = fc
  .tuple(text, control)
  .map(([said, marks]): Json => Object.assign({ type: 'text', text: said }, marks));

const image: Json = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } };

const block = fc.oneof({ weight: 5, arbitrary: textBlock }, { weight: 1, arbitrary: fc.constant(image) });

const content = fc.oneof(text, fc.array(block, { minLength: 1, maxLength: 3 }));

interface Turn {
  readonly question: unknown;
  readonly rounds: readonly { readonly thinks: boolean; readonly uses: number; readonly marks: Json }[];
  readonly answer: unknown;
  readonly aside: string | null;
  readonly saysTwice: boolean;
}

const turn: fc.Arbitrary<Turn> = fc.record({
  question: content,
  rounds: fc.array(fc.record({ thinks: fc.boolean(), uses: fc.integer({ min: 1, max: 2 }), marks: control }), {
    maxLength: 2,
  }),
  answer: content,
  aside: fc.option(text, { freq: 8 }),
  saysTwice: fc.boolean(),
});

function messagesOf(
  { question, rounds: given, answer, aside: said, saysTwice }: Turn,
  number: number,
): readonly Json[] {
  const rounds = given.flatMap(({ thinks, uses, marks }, round): Json[] => {
    const ids = Array.from({ length: uses }, (_, use) => `toolu_${number}_${round}_${use}`);
    const thinking = thinks ? [{ type: 'thinking', thinking: 'hm', signature: 'c2ln' }] : [];
    return [
      {
        role: 'assistant',
        content: [...thinking, ...ids.map((id) => ({ type: 'tool_use', id, name: 'look', input: {} }))],
      },
      {
        role: 'user',
        content: ids.map((id) => Object.assign({ type: 'tool_result', tool_use_id: id, content: 'found' }, marks)),
      },
    ];
  });
  const aside = said === null ? [] : [{ role: 'system', content: said }];
  const again = saysTwice ? [{ role: 'user', content: 'Once more' }] : [];
  return [{ role: 'user', content: question }, ...again, ...rounds, ...aside, { role: 'assistant', content: answer }];
}

const extras = fc.record(
  {
    system: content,
    temperature: fc.constantFrom(0, 0.5, 1),
    thinking: fc.constantFrom({ type: 'adaptive' }, { type: 'disabled' }, { type: 'enabled', budget_tokens: 1_024 }),
    tool_choice: fc.constantFrom({ type: 'auto' }, { type: 'any' }, { type: 'tool', name: 'look' }),
    cache_control: fc.constantFrom(null, null, { type: 'ephemeral' }),
    inference_geo: fc.constant('us'),
    stop_sequences: fc.constant(['END']),
    metadata: fc.constant({ user_id: 'u' }),
  },
  { requiredKeys: [] },
);

const tool: Json = { name: 'look', description: 'Looks something up. '.repeat(10), input_schema: { type: 'object' } };

/** Requests of every shape, of which the simulator accepts most. */
export const anyRequest: fc.Arbitrary<AnyRequest> = fc
  .record({
    model: fc.constantFrom(...MODELS),
    maxTokens: fc.constantFrom(1, 300, 5_000, 64_001, 128_000),
    turns: fc.array(turn, { minLength: 1, maxLength: 8 }),
    endsWithAnswer: fc.boolean(),
    cut: fc.oneof(fc.constant(false), fc.constant(false), fc.boolean()),
    toolMarks: control,
    hasTools: fc.boolean(),
    more: fc.oneof({ weight: 3, arbitrary: fc.constant<Json>({}) }, { weight: 2, arbitrary: extras }),
  })
  .map(({ model, maxTokens, turns, endsWithAnswer, cut, toolMarks, hasTools, more }) => {
    const messages = turns.flatMap(messagesOf);
    // Cut anywhere, a conversation may end within the calls of tools.
    const kept = cut ? messages.slice(0, -2) : endsWithAnswer ? messages : messages.slice(0, -1);
    const other = Object.assign({}, tool, { name: 'other' }, toolMarks);
    const tools = hasTools ? { tools: [tool, other] } : {};
    return Object.assign({ model, max_tokens: maxTokens, messages: kept }, tools, more);
  });
