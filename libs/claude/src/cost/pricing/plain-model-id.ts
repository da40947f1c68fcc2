/** `us.anthropic.claude-opus-4-8-v1:0`: a region or none, and a revision or none. */
const BEDROCK_ID = /^(?:[a-z-]+\.)?anthropic\.(claude-[a-z0-9-]+?)(?:-v\d+(?::\d+)?)?$/;

/** `claude-opus-4-5@20251101`. */
const VERTEX_ID = /^(claude-[a-z0-9-]+)@(?:\d{8}|default)$/;

const DATE_SUFFIX = /-\d{8}$/;

/** The ids under which a model may be known, the most exact first: as it is, as the Claude API spells it, without its date. */
export function spellingsOf(modelId: string): readonly string[] {
  const plain = (BEDROCK_ID.exec(modelId) ?? VERTEX_ID.exec(modelId))?.[1] ?? modelId;
  return [modelId, plain, withoutDate(modelId), withoutDate(plain)];
}

export function withoutDate(modelId: string): string {
  return modelId.replace(DATE_SUFFIX, '');
}

/** One name for all ids of a model: as the Claude API spells it, without its date. */
export function undatedModelId(modelId: string): string {
  return spellingsOf(modelId).at(-1) ?? modelId;
}
