/**
 * Arguments, text, JSON and exit status.
 *
 * <p>{@link org.outrigger.cli.Main} is the entry. {@link org.outrigger.cli.Grammar} describes the commands to the parser,
 * {@link org.outrigger.cli.Settings} finds the value of each {@link org.outrigger.cli.Setting} on the command line or in the
 * environment, {@link org.outrigger.cli.RunCommand} turns them into a job request, and {@link org.outrigger.cli.ProgramCheck}
 * looks at the program before anything is started. Strings end here: what goes on to the other rooms is typed.
 */
package org.outrigger.cli;
