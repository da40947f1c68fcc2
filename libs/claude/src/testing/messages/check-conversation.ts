import { check } from '../http/api-failure.js';
import { isObject, objectsOf, type JsonObject } from '../json.js';

/** Checks `messages`: roles, contents, and that tool results answer tool uses. */
export function checkConversation(messages: unknown): void {
  check(messages !== undefined, 'messages: Field required');
  check(Array.isArray(messages), 'messages: Input should be a valid list');
  check(messages.length > 0, 'messages: at least one message is required');
  messages.forEach(checkTurn);
  const [first] = objectsOf(messages);
  check(first?.role !== 'assistant', 'messages: first message must use the "user" role');
  checkToolPairs(objectsOf(messages));
}

function checkTurn(turn: unknown, index: number, turns: readonly unknown[]): void {
  const at = `messages.${index}`;
  check(isObject(turn), `${at}: Input should be a valid dictionary`);
  const { role, content } = turn;
  check(role !== undefined, `${at}.role: Field required`);
  check(
    role === 'user' || role === 'assistant' || role === 'system',
    `${at}.role: Input should be 'user', 'assistant' or 'system'`,
  );
  check(content !== undefined, `${at}.content: Field required`);
  check(typeof content === 'string' || Array.isArray(content), `${at}.content: Input should be a valid list`);
  const mayBeEmpty = role === 'assistant' && index === turns.length - 1;
  check(
    content.length > 0 || mayBeEmpty,
    `${at}: all messages must have non-empty content except for the optional final assistant message`,
  );
  if (typeof content !== 'string') checkBlocks(content, `${at}.content`);
}

/** Checks what all blocks have in common. Types the simulator does not know pass, as new ones appear all the time. */
export function checkBlocks(blocks: readonly unknown[], at: string): void {
  for (const [index, block] of blocks.entries()) {
    check(isObject(block), `${at}.${index}: Input should be a valid dictionary`);
    check(typeof block.type === 'string', `${at}.${index}.type: Field required`);
    if (block.type === 'text') checkText(block, `${at}.${index}`);
    if (block.type === 'tool_result') check(block.tool_use_id, `${at}.${index}.tool_use_id: Field required`);
    if (block.type === 'tool_use') check(block.id && block.name, `${at}.${index}: id and name: Field required`);
  }
}

function checkText(block: JsonObject, at: string): void {
  check(typeof block.text === 'string', `${at}.text: Field required`);
  check(block.text !== '', `${at}: text content blocks must be non-empty`);
}

interface Turns {
  readonly role: unknown;
  readonly blocks: readonly (readonly [block: JsonObject, at: string])[];
}

function checkToolPairs(messages: readonly JsonObject[]): void {
  const turns = mergeTurns(messages);
  for (const [index, turn] of turns.entries()) {
    if (turn.role === 'user') checkResults(turn, idsOf(turns[index - 1], 'tool_use', 'id'));
    const next = turns[index + 1];
    if (turn.role === 'assistant' && next) checkUses(turn, idsOf(next, 'tool_result', 'tool_use_id'));
  }
}

/** Messages of one role in a row count as one turn; system messages stand outside the turns. */
function mergeTurns(messages: readonly JsonObject[]): readonly Turns[] {
  const turns: { role: unknown; blocks: [JsonObject, string][] }[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    if (role === 'system') continue;
    const blocks = objectsOf(content).map((block, i): [JsonObject, string] => [
      block,
      `messages.${index}.content.${i}`,
    ]);
    const last = turns.at(-1);
    if (last?.role === role) last?.blocks.push(...blocks);
    else turns.push({ role, blocks });
  }
  return turns;
}

function idsOf(turns: Turns | undefined, type: string, field: string): ReadonlySet<unknown> {
  const blocks = turns?.blocks.filter(([block]) => block.type === type) ?? [];
  return new Set(blocks.map(([block]) => block[field]));
}

function checkResults(turns: Turns, uses: ReadonlySet<unknown>): void {
  for (const [block, at] of turns.blocks) {
    check(
      block.type !== 'tool_result' || uses.has(block.tool_use_id),
      `${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${String(block.tool_use_id)}. Each ` +
        '`tool_result` block must have a corresponding `tool_use` block in the previous message.',
    );
  }
}

function checkUses(turns: Turns, results: ReadonlySet<unknown>): void {
  for (const [block, at] of turns.blocks) {
    check(
      block.type !== 'tool_use' || results.has(block.id),
      `${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${String(block.id)}. Each ` +
        '`tool_use` block must have a corresponding `tool_result` block in the next message.',
    );
  }
}
