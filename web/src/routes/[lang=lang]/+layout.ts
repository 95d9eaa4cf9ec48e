// Pages to read and forms to send need no script. The few that do (the hold's clock, live counts) turn it on.
export const csr = false
