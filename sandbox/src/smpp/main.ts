import { runProcess } from '../process.ts'
import { readConfig } from './config.ts'
import { createSmsc } from './service.ts'

await runProcess(async () => createSmsc(readConfig(process.env)))
