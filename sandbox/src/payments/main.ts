import { runProcess } from '../process.ts'
import { readConfig } from './config.ts'
import { createPayments } from './service.ts'

await runProcess(async () => createPayments(readConfig(process.env)))
