import type { Random } from '../../call/clock.js';

/** Enough text for about thirty deltas, which makes a stream of 36 events and a JSON answer of about 1 kB. */
const TARGET_CHARACTERS = 490;

const REMARKS = [
  'The tide comes in twice a day, and nobody has to ask it to.',
  'A good test fails for one reason and says which.',
  'Whoever measures first argues less.',
  'Bread, like software, is better when it is given time.',
  'Small files are easier to name than large ones.',
  'The shortest way through a mountain is often around it.',
  'A retry without a limit is a second outage.',
  'Every lighthouse began as a complaint about rocks.',
  'What is written down does not have to be remembered.',
  'An error message is a letter to someone in a hurry.',
  'The moon was there before anyone charged for the view.',
  'Queues are polite until they are long.',
] as const;

const THOUGHTS = [
  'Nobody expects an insight here, so a plain answer will do.',
  'The request is clear enough; what is left is to keep it short.',
  'First the facts, then the form, and no guessing in between.',
  'Two readings are possible, and the simpler one fits better.',
] as const;

/** A few sentences that say what they are. */
export function writeText(model: string, prompt: string, random: Random): string {
  const words = prompt.split(/\s+/).filter((word) => word !== '').length;
  let text = `This is a simulated answer in the name of ${model}; no model was asked. Your message has ${words} words.`;
  const remarks = shuffled(REMARKS, random);
  for (const remark of remarks) {
    if (text.length + remark.length > TARGET_CHARACTERS) continue;
    text += ` ${remark}`;
  }
  return text;
}

export function writeThinking(random: Random): string {
  const [first, second] = shuffled(THOUGHTS, random);
  return `This is simulated thinking. ${first} ${second}`;
}

function shuffled(items: readonly string[], random: Random): readonly string[] {
  return items
    .map((item) => ({ item, order: random() }))
    .toSorted((left, right) => left.order - right.order)
    .map(({ item }) => item);
}
