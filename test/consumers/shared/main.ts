import { pathToFileURL } from 'node:url';
import { smoke, smokeBothBuilds } from './smoke.js';

smoke()
  .then(() => smokeBothBuilds(pathToFileURL(`${process.cwd()}/package.json`).href))
  .then(() => console.log('ok'))
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
