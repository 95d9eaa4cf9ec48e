import { connect, type Socket } from 'node:net'
import { type Answer, ResponseReader } from './http-response.ts'

/** Exactly one of the two is given. */
type Answered = (answer: Answer | undefined, error: string | undefined) => void

// One for all: what is read into it is used, or copied, before anything else is read.
const READ_INTO = Buffer.allocUnsafe(64 * 1_024)

/**
 * One keep-alive connection with at most one request on its way, on a bare socket: a client library costs several times
 * the processor time, which the servers under test would miss. Connects when it has something to send, and again after
 * the server has closed.
 */
export class Connection {
  #socket: Socket | undefined
  #answered: Answered | undefined
  #reader = new ResponseReader()
  /** Host and port, as the header names them. */
  readonly host: string
  readonly #hostname: string
  readonly #port: number

  constructor(origin: string) {
    const { host, hostname, port } = new URL(origin)
    this.host = host
    this.#hostname = hostname
    this.#port = Number(port)
  }

  /** Connects ahead of the first request. */
  open(): Promise<void> {
    return new Promise((done, failed) => {
      const socket = this.#connect()
      socket.once('connect', done).once('error', failed)
    })
  }

  /** @param request a whole request, one character for each byte. */
  send(request: string, answered: Answered): void {
    this.#answered = answered
    const socket = this.#socket ?? this.#connect()
    socket.write(request, 'latin1')
  }

  close(): void {
    this.#socket?.destroy()
  }

  #connect(): Socket {
    const reader = new ResponseReader()
    let error = 'closed'
    const socket: Socket = connect({
      host: this.#hostname,
      port: this.#port,
      noDelay: true,
      onread: {
        buffer: READ_INTO,
        callback: (length, bytes) => {
          if (this.#socket === socket) this.#read(bytes as Buffer, length)
          return true
        },
      },
    })
    socket.on('error', (reason: NodeJS.ErrnoException) => {
      error = reason.code ?? reason.message
    })
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = undefined
      const last = reader.end()
      this.#finish(last, last ? undefined : error)
    })
    this.#reader = reader
    this.#socket = socket
    return socket
  }

  #read(bytes: Buffer, length: number): void {
    let answer: Answer | undefined
    try {
      answer = this.#reader.read(bytes.subarray(0, length))
    } catch (error) {
      this.#leave()
      this.#finish(undefined, (error as Error).message)
      return
    }
    if (!answer) return
    if (answer.closes) this.#leave()
    this.#finish(answer, undefined)
  }

  #leave(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }

  #finish(answer: Answer | undefined, error: string | undefined): void {
    const answered = this.#answered
    this.#answered = undefined
    answered?.(answer, error)
  }
}
