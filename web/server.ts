import { ConfigError, configuration } from './src/config.server.ts'
import { ADDRESS_HEADER, createWeb, type PageHandler, SCHEME_HEADER } from './src/gateway/service.server.ts'

/** The web process: environment → configuration → start → signals. */
async function main(): Promise<void> {
  const { config } = configuration()
  if (process.argv[2] === 'check-config') return
  // adapter-node reads these when its handler is loaded.
  process.env.PROTOCOL_HEADER = SCHEME_HEADER
  process.env.ADDRESS_HEADER = ADDRESS_HEADER
  process.env.BODY_SIZE_LIMIT = '6M'
  const build = new URL('./build/handler.js', import.meta.url)
  const { handler } = (await import(build.href)) as { handler: PageHandler }
  const web = await createWeb(config, handler)
  const { url } = await web.start()
  web.app.log.info({ url, publicUrl: config.publicUrl }, 'web is ready')
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      setTimeout(() => process.exit(1), 9_000).unref()
      web.stop().then(() => process.exit(0))
    })
  }
}

main().catch((error: unknown) => {
  const text = error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`${text}\n`)
  process.exit(1)
})
