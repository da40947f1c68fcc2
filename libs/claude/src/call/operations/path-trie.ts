interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  variable?: Node<T>;
  value?: T;
}

// What an encoded id can hold (RFC 3986 `pchar`) and the SDK lets into a path: no empty segment, no dot segment, which
// URL parsing would remove. Anything else could be another path on the wire than the one that was looked up.
const VARIABLE = /^(?!(?:\.|%2e){1,2}(?:;|$))(?!;)[\w\-.~!$&'()*+,;=:@%]+$/i;

/** Finds the value of the path template (`/v1/files/{id}`) that fits a path. A literal segment beats a variable one. */
export class PathTrie<T> {
  readonly #root: Node<T> = { literals: new Map() };

  add(template: string, value: T): void {
    let node = this.#root;
    for (const segment of template.split('/').slice(1)) {
      node = segment.startsWith('{') ? (node.variable ??= { literals: new Map() }) : literalChild(node, segment);
    }
    node.value = value;
  }

  /** @param path without query; must start with a slash. */
  find(path: string): T | undefined {
    return path.startsWith('/') ? find(this.#root, path, 1) : undefined;
  }
}

function literalChild<T>(node: Node<T>, segment: string): Node<T> {
  let child = node.literals.get(segment);
  if (child === undefined) {
    child = { literals: new Map() };
    node.literals.set(segment, child);
  }
  return child;
}

function find<T>(node: Node<T>, path: string, start: number): T | undefined {
  const slash = path.indexOf('/', start);
  const end = slash === -1 ? path.length : slash;
  const segment = path.slice(start, end);
  const descend = (child: Node<T>) => (slash === -1 ? child.value : find(child, path, end + 1));

  const literal = node.literals.get(segment);
  const found = literal && descend(literal);
  if (found !== undefined || node.variable === undefined || !VARIABLE.test(segment)) return found;
  return descend(node.variable);
}
