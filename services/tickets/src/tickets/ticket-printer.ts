import { Worker } from 'node:worker_threads'
import { DomainError } from '@guichet/problem'
import type { PrintedTickets } from './printed-tickets.ts'

export interface TicketPrinter {
  /** The PDF, or `unavailable` when too many wait already. */
  print(tickets: PrintedTickets): Promise<Buffer>
  close(): Promise<void>
}

type Waiting = { tickets: PrintedTickets; resolve(pdf: Buffer): void; reject(error: unknown): void }

/**
 * Prints in a thread of its own, one document after the other: it is work for the processor, and the thread that sells
 * must not wait for it. The thread begins with the first document, and is replaced when it dies.
 */
export function createTicketPrinter({ waitingMax = 200 } = {}): TicketPrinter {
  const waiting: Waiting[] = []
  let worker: Worker | undefined
  let current: Waiting | undefined

  function next(): void {
    if (current) return
    current = waiting.shift()
    if (!current) {
      worker?.unref()
      return
    }
    worker ??= startWorker()
    worker.ref()
    worker.postMessage(current.tickets)
  }

  function startWorker(): Worker {
    const started = new Worker(new URL('./print-worker.ts', import.meta.url))
    started.on('message', (answer: { pdf: Uint8Array } | { error: string }) => {
      const done = current
      current = undefined
      if ('pdf' in answer) done?.resolve(Buffer.from(answer.pdf))
      else done?.reject(new Error(`A ticket could not be printed: ${answer.error}`))
      next()
    })
    started.on('error', (error) => lose(started, error))
    started.on('exit', () => lose(started, new Error('The thread that prints has ended')))
    return started
  }

  function lose(lost: Worker, error: unknown): void {
    if (lost !== worker) return
    worker = undefined
    const failed = current
    current = undefined
    failed?.reject(error)
    next()
  }

  return {
    print(tickets) {
      if (waiting.length >= waitingMax) return Promise.reject(new DomainError('unavailable'))
      return new Promise((resolve, reject) => {
        waiting.push({ tickets, resolve, reject })
        next()
      })
    },
    async close() {
      const last = worker
      worker = undefined
      for (const { reject } of waiting.splice(0)) reject(new DomainError('unavailable'))
      await last?.terminate()
    },
  }
}
