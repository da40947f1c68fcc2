import { MemoryAdmissionStore } from 'nestjs-claude';

/** A store that never answers but with an error. */
export class AwayStore extends MemoryAdmissionStore {
  override acquire(): never {
    throw new Error('The store of a test is away.');
  }
}
