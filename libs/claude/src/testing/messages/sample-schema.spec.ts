import { z } from 'zod';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import type { JsonObject } from '../json.js';
import { sampleOf } from './sample-schema.js';

describe('sampleOf', () => {
  it.each<[string, JsonObject, unknown]>([
    ['a string', { type: 'string' }, 'simulated value'],
    ['a bounded string', { type: 'string', minLength: 20, maxLength: 20 }, 'simulated value.....'],
    ['a short string', { type: 'string', maxLength: 4 }, 'simu'],
    ['a date', { type: 'string', format: 'date' }, '2026-01-01'],
    ['a number', { type: 'number' }, 1],
    ['a number from a minimum', { type: 'integer', minimum: 7 }, 7],
    ['a number above a bound', { type: 'integer', exclusiveMinimum: 7 }, 8],
    ['a number up to a maximum', { type: 'integer', maximum: -3 }, -3],
    ['a multiple', { type: 'integer', minimum: 11, multipleOf: 5 }, 15],
    ['a fraction', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5],
    ['a boolean', { type: 'boolean' }, true],
    ['a null', { type: 'null' }, null],
    ['a choice of types', { type: ['string', 'null'] }, 'simulated value'],
    ['an enum', { enum: ['red', 'green'] }, 'red'],
    ['a constant', { const: 42 }, 42],
    ['an alternative', { anyOf: [{ type: 'integer' }, { type: 'string' }] }, 1],
    ['an array', { type: 'array', items: { type: 'integer' } }, [1]],
    ['an array of a length', { type: 'array', items: { type: 'integer' }, minItems: 3 }, [1, 1, 1]],
    ['an object', { type: 'object', properties: { name: { type: 'string' } } }, { name: 'simulated name' }],
    ['an empty object', { type: 'object' }, {}],
    ['a reference', { $ref: '#/$defs/n', $defs: { n: { type: 'integer' } } }, 1],
    [
      'a conjunction',
      { allOf: [{ properties: { a: { type: 'integer' } } }, { properties: { b: { type: 'boolean' } } }] },
      { a: 1, b: true },
    ],
  ])('satisfies a schema for %s', (_, schema, expected) => {
    expect(sampleOf(schema)).toEqual(expected);
  });

  it('ends a recursive schema where its optional part may be left out', () => {
    const node: JsonObject = {
      type: 'object',
      properties: { name: { type: 'string' }, next: { $ref: '#/$defs/node' } },
    };
    const schema = { $ref: '#/$defs/node', $defs: { node: { ...node, required: ['name'] } } };
    expect(JSON.stringify(sampleOf(schema)).length).toBeLessThan(1_000);
  });

  it("satisfies bounds that the SDK's helpers move into descriptions", () => {
    const schema = z.object({
      id: z.uuid(),
      age: z.int().min(18).max(99),
      score: z.number().gt(0).lt(1),
      code: z.string().min(30).max(40),
      tags: z.array(z.enum(['a', 'b'])).min(2),
      address: z.object({ city: z.string(), zip: z.string().optional() }),
      kind: z.union([z.literal('x'), z.literal('y')]),
      note: z.string().nullable(),
    });
    const sample = sampleOf(zodOutputFormat(schema).schema);
    expect(schema.safeParse(sample).error).toBeUndefined();
  });
});
