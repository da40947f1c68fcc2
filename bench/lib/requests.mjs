/** The request of every call: small, with an answer of about 1 KB, or 36 events. */
export const PARAMS = {
  model: 'claude-haiku-5-5',
  max_tokens: 256,
  messages: [{ role: 'user', content: 'Tell me about the sea in a few sentences.' }],
};

/** As a stop sequence: the answer comes event by event. */
export const PACED = '~paced~';

/** The same: the answer begins and does not go on. */
export const HELD = '~held~';

/** About as long as a prompt with a document in it. */
const LONG_PROMPT_BYTES = 50_000;

const WORDS = ['The tide comes in twice a day, and nobody has to ask it to.', 'Every lighthouse began as a complaint.'];

/** What gateways are asked. */
export const LOADS = {
  json: PARAMS,
  burst: { ...PARAMS, stream: true },
  paced: { ...PARAMS, stream: true, stop_sequences: [PACED] },
  held: { ...PARAMS, stream: true, stop_sequences: [HELD] },
  long: { ...PARAMS, messages: [{ role: 'user', content: longPrompt() }] },
};

function longPrompt() {
  let text = '';
  for (let at = 0; text.length < LONG_PROMPT_BYTES; at++) text += `${at}. ${WORDS[at % WORDS.length]} `;
  return text;
}
