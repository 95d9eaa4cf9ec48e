export type Service = 'accounts' | 'events' | 'tickets' | 'notifications'

/** Somebody tries an operation on what is another organizer's. */
export interface Attempt {
  operation: string
  service: Service
  method: string
  /** The path for the other organizer's object, and for one that exists nowhere. */
  theirs: string
  nobodys: string
  body?: unknown
  headers?: Record<string, string>
}

/** An attempt of a path and the two ids that stand in it. */
export function make(
  operation: string,
  service: Service,
  method: string,
  path: (id: string) => string,
  ids: { theirs: string; nobodys: string },
  more: Partial<Attempt> = {},
): Attempt {
  return { operation, service, method, theirs: path(ids.theirs), nobodys: path(ids.nobodys), ...more }
}
