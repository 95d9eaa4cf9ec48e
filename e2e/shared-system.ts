import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { type System, startSystem } from './system.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    sharedSystem: string
  }
}

const ENV = {
  notifications: {
    // Otherwise messages wait for the morning, and changes of an event for the end of their burst.
    NOTIFICATIONS_QUIET_HOURS: 'none',
    NOTIFICATIONS_CHANGE_WAIT_SECONDS: '1',
  },
  // Everybody comes from one address here.
  tickets: { TICKETS_HOLDS_PER_ADDRESS: '1000000' },
}

/**
 * One system for all files that break nothing and have organizers, events and addresses of their own. It is started
 * for the first file that asks (at the address that is provided), and ends with the run.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let system: Promise<System> | undefined
  const server = createServer(async (_, response) => {
    system ??= startSystem({ env: ENV })
    try {
      response.end(JSON.stringify((await system).facts))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  project.provide('sharedSystem', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return async () => {
    server.close()
    await (await system?.catch(() => undefined))?.stop()
  }
}
