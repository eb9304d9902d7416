package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.List;

/** Where jobs get their places in partitions, and leave them. */
public final class JobDesk {
    private final Partitions partitions;

    /** For the partitions of a node. */
    public JobDesk(Partitions partitions) {
        this.partitions = partitions;
    }

    /** A place for a job in a partition, as it looks now: nobody is kept from taking it. */
    public Place offer(String name, JobWish wish) throws PartitionException {
        Books books = partitions.readable();
        return place(books, Partitions.named(books.partitions(), name), wish);
    }

    private Place place(Books books, Partition partition, JobWish wish) throws PartitionException {
        return new Placing(partition, partitions.jobs(partition.name()))
                .place(wish, new World(partitions.files(), books, books.partitions()).rest());
    }

    /**
     * A job begins in a place: nobody else gets it as long as it runs.
     *
     * @param place as {@link #offer} has it
     * @param who   its launcher, its LWK, and what else is known of it; cores and memory are the place's
     * @return what was mended before, for people
     * @throws PartitionException when somebody else has taken the place meanwhile, or the partition is no more
     */
    public List<String> enter(Place place, RunningJob who) throws PartitionException {
        return enter(place, who, () -> { });
    }

    /**
     * Likewise.
     *
     * @param before is run before any other command knows of the job
     */
    public List<String> enter(Place place, RunningJob who, Runnable before) throws PartitionException {
        try (StateFolder.Lock _ = partitions.lock()) {
            List<String> notes = new ArrayList<>();
            Books books = partitions.mended(notes);
            Partition partition = Partitions.named(books.partitions(), place.partition().name());
            Place now = place(books, partition, place.wish());
            if (!now.cores().equals(place.cores()) || !now.memory().equals(place.memory())) {
                throw new PartitionException("partition '" + partition.name()
                        + "' has been changed, or a job began in it, just now");
            }
            JobRegistry registry = partitions.registry();
            List<RunningJob> jobs = registry.living(partitions.boot());
            jobs.add(new RunningJob(partition.name(), who.launcher(), who.lwk(), who.id(), who.program(), place.cores(),
                    place.wish().cores().isEmpty(), place.memory(), place.wish().memory().isEmpty()));
            before.run();
            registry.write(partitions.boot(), jobs);
            return notes;
        }
    }

    /**
     * A job has ended. A partition that was the job's own goes. Processes that the job has left behind in another one stay there.
     *
     * @return what could not be put back
     */
    public List<String> leave(int number) throws PartitionException {
        try (StateFolder.Lock _ = partitions.lock()) {
            List<String> notes = new ArrayList<>();
            Books books = partitions.mended(notes);
            List<RunningJob> jobs = partitions.registry().living(partitions.boot());
            jobs.removeIf(job -> job.number() == number);
            partitions.registry().write(partitions.boot(), jobs);
            List<Partition> living = books.partitions().stream()
                    .filter(partition -> partition.owner().map(owner -> owner.pid() != number).orElse(true)).toList();
            if (living.size() < books.partitions().size()) {
                partitions.leaveOnly(books, living, notes);
            }
            return notes;
        }
    }
}
