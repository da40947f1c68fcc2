/** Something that several metrics of one scrape want to know: looked up once for all who ask before it is known. */
export class OnceAScrape<T> {
  #pending: Promise<T> | null = null;

  constructor(private readonly look: () => Promise<T>) {}

  read(): Promise<T> {
    this.#pending ??= this.look().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }
}
