# queue: GPUs allocated and jobs that wait, of several runs
set multiplot layout 2, 1 margins char 10, char 4, char 4, char 2 spacing char 0, char 1.2
set xrange [from:to]
set format x ''
set key top right horizontal
set ylabel 'GPUs allocated'
set yrange [0:gpus * (n > 1 ? 1.25 : 1.1)]
plot for [i = 1:n] data index sprintf('allocated %d', i) using 1:2 with lines linetype i \
    title label[i]
set format x time_format
set xlabel 'time, '.time_unit
set ylabel 'jobs waiting'
set yrange [0:most_waiting < 1 ? 1 : 1.05 * most_waiting]
unset key
plot for [i = 1:n] data index sprintf('waiting %d', i) using 1:2 with lines linetype i
unset multiplot
