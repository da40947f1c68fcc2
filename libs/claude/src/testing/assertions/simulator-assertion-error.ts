/** An assertion about the simulator that does not hold. Its message says what was expected, and lists what was received. */
export class SimulatorAssertionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SimulatorAssertionError';
  }
}
