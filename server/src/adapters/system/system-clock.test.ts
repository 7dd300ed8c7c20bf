import { setTimeout as delay } from 'node:timers/promises';
import { clockConformance } from '../../../testkit/clock.conformance.ts';
import { systemClock } from './system-clock.ts';

clockConformance('systemClock', () => ({ clock: systemClock, pass: async (ms) => void (await delay(ms)) }));
