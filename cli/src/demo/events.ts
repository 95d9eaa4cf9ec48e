import type { DemoEvent } from './demo-event.ts'
import { programmeElsewhere } from './programme-elsewhere.ts'
import { programmeInFrance } from './programme-france.ts'

/** The programme of a fictional organizer. */
export const demoEvents: DemoEvent[] = [...programmeInFrance, ...programmeElsewhere]
