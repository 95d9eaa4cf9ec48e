import { DomainError } from '@guichet/problem'
import { TypeID } from 'typeid-js'
import { v7 } from 'uuid'

/** A new UUIDv7 (RFC 9562), ordered by time so that indexes grow at one end. `nowMs`: milliseconds since the epoch. */
export function newUuid(nowMs?: number): string {
  return v7(nowMs === undefined ? undefined : { msecs: nowMs })
}

/** The TypeID of a UUID: `evt_01h455vb4pex5vsknk084sn02q`. */
export function toId(prefix: string, uuid: string): string {
  return TypeID.fromUUID(prefix, uuid).toString()
}

/** The UUID of a TypeID; a malformed id or one of another kind names nothing, hence `not-found`. */
export function toUuid(prefix: string, id: string): string {
  const uuid = parseId(prefix, id)
  if (uuid === undefined) throw new DomainError('not-found')
  return uuid
}

/** The UUID of a TypeID, or undefined when it is not one of this kind. */
export function parseId(prefix: string, id: string): string | undefined {
  try {
    return TypeID.fromString(id, prefix).toUUID()
  } catch {
    return undefined
  }
}
