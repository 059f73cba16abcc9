/** README.txt: the first thing that somebody finds who unzips a capture. */
export const README = `This is a tracecap capture: a recording of what a machine did.

It holds private data: names of files, names of processes and their arguments, user ids, network
addresses. Look at it before you pass it on.

To read it:
  tracecap info FILE.tcap            who, where, when, how complete
  tracecap analyze FILE.tcap         questions and answers
  tracecap query FILE.tcap 'SELECT ...'
To take it apart: unzip FILE.tcap
  start.json                         what was known when the recording began, and the columns
  TABLE/000001.arrows                rows, as Arrow IPC streams that any Arrow library reads
  manifest.json                      what happened; missing if the recording did not end cleanly

In Python: polars.read_ipc_stream('opensnoop/000001.arrows'), or
pyarrow.ipc.open_stream('opensnoop/000001.arrows').read_all()
`;
