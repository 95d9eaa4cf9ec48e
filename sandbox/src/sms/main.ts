import { runProcess } from '../process.ts'
import { readConfig } from './config.ts'
import { createSms } from './service.ts'

await runProcess(async () => createSms(readConfig(process.env)))
