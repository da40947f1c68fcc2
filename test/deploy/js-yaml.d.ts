declare module 'js-yaml' {
  /** Every document of a text. Throws for what is no YAML. */
  export function safeLoadAll(text: string): unknown[];
}
