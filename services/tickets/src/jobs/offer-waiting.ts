import { offerPlaces } from '../waiting-list/offer-places.ts'
import type { Job } from './loop.ts'

/** Offers places to the waiting lists: those given back, those not taken up in time, those that an organizer adds. */
export const offerWaiting: Job = {
  name: 'offer-waiting',
  pauseMs: 1_000,
  run: (ctx) => offerPlaces(ctx),
}
