import { parentPort } from 'node:worker_threads'
import { drawTickets } from './draw-tickets.ts'
import type { PrintedTickets } from './printed-tickets.ts'

/** Of ticket-printer.ts: one document for each message. */
parentPort?.on('message', async (tickets: PrintedTickets) => {
  try {
    parentPort?.postMessage({ pdf: new Uint8Array(await drawTickets(tickets)) })
  } catch (error) {
    parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) })
  }
})
