import { runProcess } from '../process.ts'
import { readConfig } from './config.ts'
import { createInbox } from './service.ts'

await runProcess(async () => createInbox(readConfig(process.env)))
