import { readNote, writeNote, type BatchNote } from './batch-note.js';

const NOTE: BatchNote = {
  atMs: 1_700_000_000_000,
  clock: { id: 'here', nowMs: 12.5 },
  requests: 2,
  user: null,
  tags: { team: 'red' },
  requestType: 'nightly',
  endpoint: 'default',
  charges: [
    {
      budget: 'all',
      who: '',
      model: null,
      nanoUsd: 5,
      endsAtMs: null,
      meter: { key: 'budget/all//', label: 'budget all', limit: 9, isHard: true, rollingMs: 60_000 },
    },
  ],
};

describe('A note of a batch', () => {
  it('is read as it was written, and so is one of a later version that knows more', () => {
    expect(readNote(writeNote(NOTE))).toEqual(NOTE);
    expect(readNote(JSON.stringify({ ...NOTE, more: 1 }))).toEqual(NOTE);
  });

  it.each([null, '', '{', 'null', '{}', JSON.stringify({ ...NOTE, atMs: 'now' })])('is none: %s', (text) => {
    expect(readNote(text)).toBeNull();
  });
});
