import { toId } from '@guichet/server'

export const userIdOf = (uuid: string): string => toId('usr', uuid)
export const organizerIdOf = (uuid: string): string => toId('org', uuid)
export const sessionIdOf = (uuid: string): string => toId('ses', uuid)
export const emailChangeIdOf = (uuid: string): string => toId('ech', uuid)
export const farewellIdOf = (uuid: string): string => toId('fwl', uuid)
