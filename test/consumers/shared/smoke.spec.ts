import { smoke } from './smoke';

it('works from a stock Jest project', async () => {
  await smoke();
});
