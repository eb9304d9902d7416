/**
 * Memory shared by name between the processes of a job: who has made which segment, and who may have it.
 * {@link org.outrigger.kernel.share.Registry} decides, {@link org.outrigger.kernel.share.Registrar} is the thread that listens
 * and answers, and {@link org.outrigger.kernel.share.Sharing} is all that the job sees of either. The pages are Linux's.
 */
package org.outrigger.kernel.share;
