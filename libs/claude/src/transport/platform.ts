/*
 * npm's undici makes its own agent the process-wide one behind the platform's `fetch`, unless the platform has
 * installed its own already, which it does when one of its lazily loaded web classes is first touched. So this file
 * comes before `undici` wherever that is imported, and touches them.
 */

/** The platform's classes, which what this room hands out is an instance of. */
export const PlatformResponse = globalThis.Response;
export const PlatformHeaders = globalThis.Headers;
export const PlatformReadableStream = globalThis.ReadableStream;
