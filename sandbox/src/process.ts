import { ConfigError } from './environment.ts'

type Service = { start(): Promise<unknown>; stop(): Promise<void> }

const STOP_MS_MAX = 8_000

/** Runs a service as a process: starts it, stops it once on SIGTERM or SIGINT, and says by the exit code how that went. */
export async function runProcess(create: () => Promise<Service>): Promise<void> {
  try {
    const service = await create()
    let stopping = false
    const stop = () => {
      if (stopping) return
      stopping = true
      setTimeout(() => process.exit(1), STOP_MS_MAX).unref()
      service.stop().then(() => process.exit(0), crash)
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
    await service.start()
  } catch (error) {
    crash(error)
  }
}

function crash(error: unknown): never {
  console.error(error instanceof ConfigError ? error.message : error)
  process.exit(1)
}
