// Loaded into every child before its program: descriptor 3 is a pipe from the supervisor. When the supervisor is
// killed it closes, and the child stops in order instead of living on without anyone to watch it.
import { Socket } from 'node:net'

const leash = new Socket({ fd: 3, readable: true, writable: false })
leash.on('error', () => {})
leash.on('close', () => process.kill(process.pid, 'SIGTERM'))
leash.resume()
leash.unref()
