import { z } from 'zod';
import { pricing } from './cost-prices.schema.js';

export const cost = z.strictObject({ pricing }).partial();
