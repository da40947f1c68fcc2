/** Does something once what runs now is over, however often it is asked to meanwhile. */
export class OnceSoon {
  #isDue = false;

  constructor(private readonly act: () => void) {}

  ask(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(this.#run);
  }

  readonly #run = (): void => {
    this.#isDue = false;
    this.act();
  };
}
