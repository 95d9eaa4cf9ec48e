import { toId } from '@guichet/server'

export const userIdOf = (uuid: string): string => toId('usr', uuid)
export const organizerIdOf = (uuid: string): string => toId('org', uuid)
export const sessionIdOf = (uuid: string): string => toId('ses', uuid)
