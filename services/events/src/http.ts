import multipart from '@fastify/multipart'
import type { App } from '@guichet/server'
import type { Context } from './context.ts'
import { PICTURE_BYTES_MAX } from './images/fetch-picture.ts'
import { cancelEvent } from './routes/cancel-event.ts'
import { createEvent } from './routes/create-event.ts'
import { deleteEvent } from './routes/delete-event.ts'
import { getEvent } from './routes/get-event.ts'
import { getImage } from './routes/get-image.ts'
import { importEvent } from './routes/import-event.ts'
import { listEventFacets } from './routes/list-event-facets.ts'
import { listEvents } from './routes/list-events.ts'
import { publishEvent } from './routes/publish-event.ts'
import { replaceEventImage } from './routes/replace-event-image.ts'
import { updateEvent } from './routes/update-event.ts'

/** The whole surface of the service, one line each. */
export function registerRoutes(app: App, ctx: Context): void {
  app.register(multipart, { limits: { fileSize: PICTURE_BYTES_MAX, files: 1, fields: 0, parts: 1 } })
  // After the plugins, so that their hooks are there when routes are added.
  app.after(() => {
    listEvents(app, ctx)
    listEventFacets(app, ctx)
    createEvent(app, ctx)
    getEvent(app, ctx)
    updateEvent(app, ctx)
    deleteEvent(app, ctx)
    publishEvent(app, ctx)
    cancelEvent(app, ctx)
    replaceEventImage(app, ctx)
    getImage(app, ctx)
    importEvent(app, ctx)
  })
}
