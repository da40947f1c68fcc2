import type { z } from 'zod';
import { kindOf } from '../call/context.js';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * What a value has that its schema does not accept: each option by path, the kind of what was given and what it must be;
 * never a value.
 */
export function schemaProblems(schema: z.ZodType, value: unknown): string[] {
  return schema.safeParse(value).error?.issues.flatMap((issue) => describe(issue, value, [])) ?? [];
}

function describe(issue: Issue, root: unknown, above: Path): string[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], path));
  if (issue.code === 'invalid_union') return describeUnion(issue, root, path);
  const expected = issue.message.startsWith('must ') ? issue.message : 'must be an object';
  return [`\`${named(path)}\` ${expected}, not ${kindOf(valueAt(root, path))}.`];
}

/** Of the alternatives of a union only one was meant: the one in which the least is wrong. */
function describeUnion(issue: z.core.$ZodIssueInvalidUnion, root: unknown, path: Path): string[] {
  const meant = issue.errors.toSorted((a, b) => misfit(a, root, path) - misfit(b, root, path))[0] ?? [];
  return meant.flatMap((inner) => describe(inner, root, path));
}

/** An object was meant for the alternative that looks inside it; else the simplest alternative was meant. */
function misfit(issues: readonly Issue[], root: unknown, path: Path): number {
  const isObject = typeof valueAt(root, path) === 'object';
  const looksInside = issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys');
  return (isObject === looksInside ? 0 : 100) + issues.length;
}

function unknownKey(path: Path, parent: Path): string {
  return `\`${named(path)}\` is no option${parent.length > 0 ? ` of \`${named(parent)}\`` : ''}: remove it or correct its spelling.`;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root);
}

/** `stages[0].before`, as one would write it. */
function named(path: Path): string {
  const written = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return written === '' ? 'options' : written.replace(/^\./, '');
}
