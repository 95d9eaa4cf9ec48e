import { DEAD_LETTER_ACCESS } from '@guichet/messaging/dead-letter-routes'
import { defineAccess } from '@guichet/server'

/** Who may do what. A public route of an event shows drafts only to those with `event.read-draft`. */
export const access = defineAccess({
  permissions: {
    'event.write': ['owner', 'manager'],
    'event.publish': ['owner', 'manager'],
    'event.read-draft': ['owner', 'manager', 'finance', 'support', 'door', 'viewer'],
  },
  routes: {
    listEvents: 'public',
    listEventFacets: 'public',
    getEvent: 'public',
    getImage: 'public',
    createEvent: 'event.write',
    updateEvent: 'event.write',
    replaceEventImage: 'event.write',
    importEvent: 'event.write',
    deleteEvent: 'event.write',
    publishEvent: 'event.publish',
    cancelEvent: 'event.publish',
    ...DEAD_LETTER_ACCESS,
  },
})
