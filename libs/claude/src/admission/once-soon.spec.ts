import { OnceSoon } from './once-soon.js';

describe('what is done once, soon', () => {
  it('is done after what runs now, once for all who asked', async () => {
    let times = 0;
    const soon = new OnceSoon(() => (times += 1));
    soon.ask();
    soon.ask();
    expect(times).toBe(0);
    await Promise.resolve();
    expect(times).toBe(1);
  });

  it('is done again for whoever asks later, meanwhile included', async () => {
    let times = 0;
    const soon = new OnceSoon(() => {
      times += 1;
      if (times === 1) soon.ask();
    });
    soon.ask();
    await Promise.resolve();
    await Promise.resolve();
    expect(times).toBe(2);
  });
});
