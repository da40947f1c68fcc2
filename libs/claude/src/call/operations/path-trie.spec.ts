import { PathTrie } from './path-trie.js';

function trieOf(...templates: string[]): PathTrie<string> {
  const trie = new PathTrie<string>();
  templates.forEach((template) => trie.add(template, template));
  return trie;
}

describe('PathTrie', () => {
  it('finds a template by a path that fits it from end to end', () => {
    const trie = trieOf('/a', '/a/{id}', '/a/{id}/b');
    expect(trie.find('/a')).toBe('/a');
    expect(trie.find('/a/1')).toBe('/a/{id}');
    expect(trie.find('/a/1/b')).toBe('/a/{id}/b');
    expect(trie.find('/a/1/b/2')).toBeUndefined();
    expect(trie.find('/b')).toBeUndefined();
    expect(trie.find('')).toBeUndefined();
  });

  it('tries the variable when the literal leads nowhere', () => {
    const trie = trieOf('/a/b/c', '/a/{id}/d');
    expect(trie.find('/a/b/c')).toBe('/a/b/c');
    expect(trie.find('/a/b/d')).toBe('/a/{id}/d');
    expect(trie.find('/a/b')).toBeUndefined();
  });

  it.each(['', '.', '..', '%2e', '.%2E', '..;v=1', ';v=1', 'a b', 'a\\b', 'ä', '{id}'])(
    'takes %p for no id',
    (segment) => {
      expect(trieOf('/a/{id}').find(`/a/${segment}`)).toBeUndefined();
    },
  );

  it.each(['...', '.a', 'a.b', 'a%2Fb', "a!$&'()*+,;=:@-_~b"])('takes %p for an id', (segment) => {
    expect(trieOf('/a/{id}').find(`/a/${segment}`)).toBe('/a/{id}');
  });
});
