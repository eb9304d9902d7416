# perl: processes, pipes, regular expressions, sorting, signals.
use strict; use warnings; use POSIX qw(:sys_wait_h); use IO::Select; use Time::HiRes qw(sleep);
$| = 1;
my @pids;
for my $i (1 .. 8) {
    my $pid = fork() // die "fork: $!";
    if ($pid == 0) { exit $i }
    push @pids, $pid;
}
print "child ", (waitpid($_, 0), $? >> 8)[1], "\n" for @pids;
pipe(my $r, my $w) or die;
if (fork() == 0) { close $r; print $w "line $_\n" for 1 .. 1000; exit 0 }
close $w; my $sum = 0; while (<$r>) { $sum += $1 if /^line (\d+)$/ } wait;
print "pipe $sum\n";
my %words; my $text = join ' ', map { chr(97 + $_ * 7 % 26) x (1 + $_ % 5) } 1 .. 20000;
$words{$_}++ for $text =~ /\b([a-z]+)\b/g;
print join(',', map { "$_=$words{$_}" } (sort { $words{$b} <=> $words{$a} || $a cmp $b } keys %words)[0 .. 5]), "\n";
(my $copy = $text) =~ s/(\w)\1+/$1/g; print length $copy, "\n";
my @sorted = sort { $a <=> $b } map { $_ * 7919 % 100003 } 1 .. 100000; print "$sorted[0] $sorted[-1] $sorted[5000]\n";
my $hits = 0; local $SIG{USR1} = sub { $hits++ }; kill USR1 => $$ for 1 .. 50; print "signals $hits\n";
my $status = eval { local $SIG{ALRM} = sub { die "alarm\n" }; alarm 1; sleep 20; 1 }; print "alarm: $@";
print "backticks ", scalar `echo out; exit 3`, $? >> 8, "\n";
open(my $sort, '-|', 'printf "c\nb\na\n" | sort') or die; print "sorted ", join('', map { chomp; $_ } <$sort>), "\n"; close $sort;
system('sh', '-c', 'kill -15 $$'); print "signal ", $? & 127, "\n";
open(my $file, '+>', 'data') or die; print $file pack('N*', 1 .. 1000); seek $file, 4 * 499, 0; read $file, my $raw, 4;
print "record ", unpack('N', $raw), " size ", -s 'data', "\n";
local $! = 0; print open(my $none, '<', '/nonexistent') ? "there" : "errno " . ($! + 0), "\n";
exit 7;
