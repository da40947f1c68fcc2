import { csvOf } from './csv.js';

describe('CSV', () => {
  it('has a header, ends every line with CRLF, and leaves out what is null', () => {
    expect(csvOf(['a', 'b'], [[1.5, null]])).toBe('a,b\r\n1.5,\r\n');
  });

  it('quotes what would end a cell or a line', () => {
    expect(csvOf(['a'], [['x,y'], ['say "no"'], ['two\nlines']])).toBe(
      'a\r\n"x,y"\r\n"say ""no"""\r\n"two\nlines"\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@sum', '\tx', '\rx'])('keeps a spreadsheet from running %j', (text) => {
    expect(csvOf(['a'], [[text]]).replaceAll('"', '')).toBe(`a\r\n'${text}\r\n`);
  });

  it('leaves numbers below zero numbers', () => {
    expect(csvOf(['a'], [[-1]])).toBe('a\r\n-1\r\n');
  });
});
