import type { Logger } from 'pino'

export interface Runnable {
  start(): Promise<unknown>
  stop(): Promise<void>
}

const STOP_LIMIT_MS = 9_000

/** Runs a service as this process: start, then a graceful stop at SIGTERM or SIGINT, and an exit code that says how it went. */
export async function runProcess(service: Runnable, log: Logger): Promise<void> {
  let stopping = false
  const stop = (signal: string) => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'stopping')
    // Whoever waits for us kills us at ten seconds; leaving first keeps the log whole.
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref()
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the stop failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'a promise was rejected and nobody listened')
    process.exit(1)
  })
  try {
    await service.start()
  } catch (error) {
    log.fatal({ err: error }, 'the start failed')
    process.exit(1)
  }
}
