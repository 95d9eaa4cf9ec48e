/** What we use of the package smpp 0.5, which has no types of its own. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events'

  export interface MessageValue {
    message: string | Buffer
    udh?: Buffer | Buffer[]
  }

  export class PDU {
    constructor(command: string, fields?: Record<string, unknown>)
    command: string
    command_status: number
    sequence_number: number
    message_id?: string
    esm_class?: number
    source_addr?: string
    destination_addr?: string
    short_message?: MessageValue
    message_payload?: MessageValue
    receipted_message_id?: string
    message_state?: number
    user_message_reference?: number;
    [field: string]: unknown
    response(fields?: Record<string, unknown>): PDU
    isResponse(): boolean
  }

  export interface Session extends EventEmitter {
    send(pdu: PDU, onResponse?: (response: PDU) => void): boolean
    close(done?: () => void): void
    destroy(done?: () => void): void
    pause(): void
  }

  export interface Server extends EventEmitter {
    listen(port: number, host: string, done: () => void): void
    close(done?: () => void): void
    address(): { port: number } | string | null
  }

  const smpp: {
    createServer(options: { cert?: string; key?: string }, onSession: (session: Session) => void): Server
    PDU: typeof PDU
  }
  export default smpp
}
