/* made of 9e237cae6280ecdb */
(()=>{})();
